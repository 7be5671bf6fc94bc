// SPDX-License-Identifier: Apache-2.0
// Ask a gramdex server from Node.js with nothing but grpc-js: node examples/client.js HOST:PORT QUERY
// Needs: npm install @grpc/grpc-js @grpc/proto-loader
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const includeDirs = [path.join(__dirname, '..', 'proto')];
const definition = loader.loadSync('gramdex/v1/search.proto', { includeDirs, longs: Number, defaults: true });
const { gramdex } = grpc.loadPackageDefinition(definition);
const [address, query] = process.argv.slice(2);
const client = new gramdex.v1.Search(address, grpc.credentials.createInsecure());

const marked = (snippet) => snippet.pieces.map(({ text, matched }) => (matched ? `**${text}**` : text)).join('');

client.search({ query, limit: 3 }, { deadline: Date.now() + 10000 }, (error, reply) => {
  client.close();
  if (error) {
    console.error(`${grpc.status[error.code]}: ${error.details}`);
    process.exitCode = 1;
    return;
  }
  console.log(`${reply.documents} documents, ${reply.occurrences} occurrences`);
  for (const hit of reply.hits) console.log(`${hit.id}  ${hit.date}  ${hit.title}\n    ${marked(hit.snippet)}`);
});
