// A lower bound: reads the request and sends final bytes, from a file for each operation name.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const answers = new Map(
  Object.entries(JSON.parse(readFileSync(process.env.ANSWERS, 'utf8'))).map(([name, text]) => [
    name,
    Buffer.from(text),
  ]),
);

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { query } = JSON.parse(Buffer.concat(chunks).toString());
    const answer = answers.get(/query (\w+)/.exec(query)?.[1]);
    response.writeHead(answer ? 200 : 404, {
      'content-type': 'application/json',
      'content-length': answer?.length ?? 0,
    });
    response.end(answer);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
