import type { X509Certificate } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { namesOf } from '../../../../lib/tls/certificateText.js';

const named = (subjectAltName: string | undefined) => namesOf({ subjectAltName } as X509Certificate);

it('reads the alternative names of a certificate', () => {
  expect(named('DNS:Health.Example, IP Address:10.0.0.5, URI:spiffe://city/Health')).toEqual([
    'health.example',
    '10.0.0.5',
    'spiffe://city/Health',
  ]);
  expect(named(undefined)).toEqual([]);
});

// CVE-2021-44532: a comma within a name must not make two names of it. Node.js then writes the name as JSON.
it('takes no name from within another name', () => {
  expect(named('DNS:"a, DNS:gateway, DNS:b", DNS:c')).toEqual(['c']);
  expect(named('DNS:"a\\", DNS:gateway", URI:spiffe://city/x')).toEqual(['spiffe://city/x']);
  expect(named('othername:<unsupported>, email:gateway, DNS:c')).toEqual(['c']);
});
