import { testProperties } from './test-properties.ts';

testProperties(['http2', 'fetch-h2', 'undici-7-h2', 'undici-8-h2']);
