import { testProperties } from './test-properties.ts';

testProperties(['http', 'https']);
