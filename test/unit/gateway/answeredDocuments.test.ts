import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { AnsweredDocuments } from '../../../gateway/http/apolloServer.js';

describe('documents that were parsed', () => {
  it('are kept once they were answered, and not before', async () => {
    const documents = new AnsweredDocuments();
    const document = parse('{ person { age } }');
    await documents.set('a', document);
    expect(await documents.get('a')).toBeUndefined();
    documents.keep(document);
    expect(await documents.get('a')).toBe(document);
    expect(await documents.delete('a')).toBe(true);
    expect(await documents.get('a')).toBeUndefined();
  });

  it('do not push out those that were answered, however many are refused', async () => {
    const documents = new AnsweredDocuments();
    const answered = parse('{ person { age } }');
    await documents.set('answered', answered);
    documents.keep(answered);
    for (let number = 0; number < 2_000; number++)
      await documents.set(`refused ${number}`, parse(`{ a${number}: person { age } }`));
    expect(await documents.get('answered')).toBe(answered);
  });

  it('are not kept where another store has parsed them', async () => {
    const documents = new AnsweredDocuments();
    documents.keep(parse('{ person { age } }'));
    expect(await documents.get('')).toBeUndefined();
  });
});
