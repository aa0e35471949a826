import { expect, it } from 'vitest';
import { addressOf } from '../../src/probes/url-address.ts';

it.each([
  ['https://100.64.0.2:6443', { host: '100.64.0.2', port: 6443 }],
  ['https://api.example.org/base', { host: 'api.example.org', port: 443 }],
  ['http://shop.example.org/', { host: 'shop.example.org', port: 80 }],
  ['https://[fd7a:115c:a1e0::2]:6443', { host: 'fd7a:115c:a1e0::2', port: 6443 }],
])('%s is connected to where it leads', (url, address) => {
  expect(addressOf(new URL(url))).toEqual(address);
});
