import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { AnsweredDocuments } from '../../../gateway/http/apolloServer.js';

describe('parsed documents', () => {
  it('are cached only after they were answered', async () => {
    const documents = new AnsweredDocuments();
    const document = parse('{ person { age } }');
    await documents.set('a', document);
    expect(await documents.get('a')).toBeUndefined();
    documents.store(document);
    expect(await documents.get('a')).toBe(document);
    expect(await documents.delete('a')).toBe(true);
    expect(await documents.get('a')).toBeUndefined();
  });

  it('stay in the cache when many other documents are refused', async () => {
    const documents = new AnsweredDocuments();
    const answered = parse('{ person { age } }');
    await documents.set('answered', answered);
    documents.store(answered);
    for (let number = 0; number < 2_000; number++)
      await documents.set(`refused ${number}`, parse(`{ a${number}: person { age } }`));
    expect(await documents.get('answered')).toBe(answered);
  });

  it('are not cached when another store has parsed them', async () => {
    const documents = new AnsweredDocuments();
    documents.store(parse('{ person { age } }'));
    expect(await documents.get('')).toBeUndefined();
  });
});
