import { testProperties } from './test-properties.ts';

testProperties(['fetch', 'undici-6', 'undici-7', 'undici-8']);
