import { describe, expect, it } from '@jest/globals';
import { explain } from '../../../policies/engine/report/explain.js';
import { matrix } from '../../../policies/engine/report/matrix.js';
import { cityPolicy, someDay } from '../../spec/smallCity.js';

const policy = cityPolicy({
  'clinic.yaml': `
grants:
  - id: care
    purposes: [care]
    roles: [nurse]
    basis: [703/2023]
    when: [care-relationship]
    show: { 'Visit.*': allow, Visit.diagnosis: { mask: icd10-chapter } }
    derive: { Path: ['Visit.{service,startedAt}'] }
prohibitions:
  - { id: never, purposes: [service], fields: [Visit.unit] }
`,
});

describe('an explanation', () => {
  const explanationOf = (coordinate: string, roles: string[], purpose: string) =>
    explain(policy, { coordinate, roles, purpose, at: someDay }).split('\n').slice(1, -1);

  it('names the grant, its place, its basis and its conditions', () => {
    expect(explanationOf('Visit.diagnosis', ['nurse'], 'care')).toEqual([
      'Shown:',
      '- under the mask "icd10-chapter" (a diagnosis becomes its ICD-10 chapter, such as J00-J99), if the caller has a care relationship with the person',
      '  by grant clinic/care, clinic.yaml:14 (703/2023)',
      'Score may not use it: no grant covers it.',
    ]);
  });

  it('names the place of a prohibition', () => {
    expect(explanationOf('Visit.unit', ['worker'], 'service')).toEqual([
      'Denied. Clinic prohibits Visit.unit for "service" (clinic/never).',
      '- clinic/never is in clinic.yaml:22',
      'Path may not use it: its owner prohibits it.',
      '- clinic/never is in clinic.yaml:22',
    ]);
  });

  it('names the owner whose refusal affects a derived field', () => {
    expect(explanationOf('Path.steps', ['nurse'], 'care')).toEqual([
      'Shown:',
      '- the value itself',
      '  by grant paths/everybody, paths.yaml:9 (x)',
      'It is answered without Path.school:',
      '- Lesson.service (school) is not released to Path: no grant covers it',
      '- Lesson.startedAt (school) is not released to Path: no grant covers it',
    ]);
  });

  it('names a grant that nearly applies', () => {
    const other = cityPolicy({
      'clinic.yaml': `
grants:
  - { id: late, purposes: [care], roles: [nurse], basis: [x], show: { Visit.unit: allow }, valid: { from: 2027-01-01 } }
`,
    });
    expect(
      explain(other, { coordinate: 'Visit.unit', roles: ['nurse'], purpose: 'care', at: someDay }),
    ).toContain('- grant clinic/late, clinic.yaml:14, gives it to nurse, from 2027-01-01');
  });

  it('states that an id needs no grant', () => {
    expect(explanationOf('Visit.id', ['nurse'], 'care')).toContain(
      '  needs no grant: an id, or a part of a key',
    );
  });
});

describe('a matrix', () => {
  it('as text has a line for each field and each derived type that uses it', () => {
    const text = matrix(policy, 'text', { at: someDay });
    expect(text).toContain('A  care');
    expect(text).toMatch(/^Visit\.diagnosis +icd10-chapter\* +· +·/m);
    expect(text).toMatch(/^Visit\.service +allow\* +·.*\n {2}> Path +allow\*/m);
    expect(text).toMatch(/^Lesson\.hours +· +·/m);
  });

  it('of one role has the columns of that role only', () => {
    const text = matrix(policy, 'text', { role: 'scholar', at: someDay });
    expect(text).toContain('A  research');
    expect(text).not.toContain('care');
  });

  it('as CSV has a line for each way in which a role gets a field', () => {
    const lines = matrix(policy, 'csv', { at: someDay }).split('\r\n');
    expect(lines[0]).toBe(
      'registry,field,derived type,category,special,purpose,role,effect,conditions,grant',
    );
    expect(lines).toContain(
      'clinic,Visit.diagnosis,,diagnosis,no,care,nurse,icd10-chapter,care-relationship,clinic/care',
    );
    expect(lines).toContain(
      'clinic,Visit.service,Path,service-use,no,care,nurse,allow,care-relationship,clinic/care',
    );
  });

  it('as HTML loads nothing from elsewhere and escapes texts of owners', () => {
    const html = matrix(
      cityPolicy({
        'school.yaml': `registry: school
owner: { en: <script>alert("x")</script>, fi: x, sv: x }
fields: { Person.lessons: { category: education }, 'Lesson.*': { category: education } }
`,
      }),
      'html',
      { at: someDay },
    );
    expect(html).not.toMatch(/https?:|<script|<link|<img/);
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)');
  });
});
