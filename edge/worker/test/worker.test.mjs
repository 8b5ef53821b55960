// The Worker in workerd, the runtime that Cloudflare runs it in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { join } from 'node:path';
import { assemble, caseBytes, caseFile, caseFrame, get, pause, post, raw, request, scratch } from './support.mjs';
import { root, start } from './workerd.mjs';

const NAME = 'real_uci_shoppers_rf';
const frame = caseFrame(NAME, 'frame.json');
const expected = caseFrame(NAME, 'expected.json');
const some = (from, to) => JSON.stringify({ schema: frame.schema, rows: frame.rows.slice(from, to) });
const single = frame.rows.map((_, i) => some(i, i + 1));
const path = '/models/shoppers/transform';
const columns = frame.schema.fields.map((f) => f.name);
const objects = frame.rows.map((row) => Object.fromEntries(row.map((v, i) => [columns[i], v])));

const seen = []; // the answer to each row, once it was held against Spark's
function checkText(i, { status, text }) {
  assert.equal(status, 200, text);
  if (seen[i] === undefined) {
    assert.deepEqual(JSON.parse(text).rows, [expected.rows[i]]);
    seen[i] = text;
  }
  assert.equal(text, seen[i]);
}

/** Scores a row and holds the answer against Spark's. */
async function check(worker, n) {
  const i = n % single.length;
  checkText(i, await post(worker, path, single[i]));
}

/** Makes n calls, ten at a time. */
async function many(n, call) {
  let next = 0;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (next < n) await call(next++);
    }),
  );
}

/** The memory that a process holds, in MB. */
const memory = ({ child }) => Number(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

describe('memory', { concurrency: 2 }, () => {
  // V8 is told to keep house: else it lets garbage gather for as long as there is room, which says nothing.
  const v8Flags = ['--max-old-space-size=24', '--max-semi-space-size=2'];
  for (const [way, vars] of [
    ['exports', {}],
    ['http.Handler', { SCORING: 'handler' }],
  ]) {
    it(`is the same after 20,000 requests, ${way}`, async () => {
      const worker = await start(join(root, 'dist', 'worker'), { vars, v8Flags });
      try {
        await many(5000, (n) => check(worker, n));
        const early = memory(worker);
        await many(15_000, (n) => check(worker, n));
        const late = memory(worker);
        // What a request left behind, a kilobyte or two, would add up to more.
        assert.ok(late < early + 12, `${late} MB after 20,000 requests, ${early} MB after 5,000`);
        assert.equal(worker.log, '');
      } finally {
        await worker.stop();
      }
    });
  }
});

describe('one instance', () => {
  let worker;
  before(async () => (worker = await start(join(root, 'dist', 'worker'))));
  after(() => worker?.stop());

  it('answers the requests 1, 2, 1,000 and 10,000', async () => {
    await check(worker, 0);
    await check(worker, 1);
    await many(998, (n) => check(worker, n));
    const early = memory(worker);
    await many(9000, (n) => check(worker, n));
    await check(worker, 0);
    assert.ok(memory(worker) < early * 1.5 + 20, `${memory(worker)} MB after 10,000 requests, ${early} MB after 1,000`);
    assert.equal(worker.log, '');
  });

  it('is not disturbed by 100 slow and chunked bodies at a time', async () => {
    const head = (extra) =>
      `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nConnection: close\r\n${extra}\r\n\r\n`;
    const slow = async (i) => {
      const { write, answer } = raw(worker.port);
      const done = answer();
      const body = single[i];
      const chunked = i % 2 === 0;
      await write(head(chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`));
      for (let at = 0; at < body.length; at += 200) {
        await pause(5 + (i % 7) * 5);
        const part = body.slice(at, at + 200);
        await write(chunked ? `${part.length.toString(16)}\r\n${part}\r\n` : part);
      }
      if (chunked) await write('0\r\n\r\n');
      const text = await done;
      checkText(i, { status: Number(text.slice(9, 12)), text: text.slice(text.indexOf('\r\n\r\n') + 4) });
    };
    let busy = true;
    const quick = (async () => {
      for (let n = 0; busy; n++) await check(worker, n);
    })();
    await Promise.all(Array.from({ length: 100 }, (_, i) => slow(i)));
    busy = false;
    await quick;
    assert.equal(worker.log, '');
  });

  it('is not harmed by clients that go away', async () => {
    for (let i = 0; i < 50; i++) {
      const { socket, write } = raw(worker.port);
      await write(`POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: ${single[0].length}\r\n\r\n`);
      await write(single[0].slice(0, i % 2 ? 100 : undefined)); // half of the body, or all of it
      if (i % 3) await pause(1);
      socket.destroy();
      if (i % 5 === 0) await check(worker, i);
    }
    await many(100, (n) => check(worker, n));
    assert.ok(!worker.log.includes('crashed'), worker.log);
  });

  it('takes no body that is too long, whether its length is said or not', async () => {
    const body = ' '.repeat(17 * 2 ** 20);
    for (const headers of [`Content-Length: ${body.length}\r\n\r\n`, 'Transfer-Encoding: chunked\r\n\r\n']) {
      const { socket, write, answer } = raw(worker.port);
      const done = answer();
      await write(`POST ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${headers}`);
      if (headers.startsWith('T')) {
        socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      }
      const text = await done;
      assert.match(text, /^HTTP\/1.1 413 /);
      assert.match(text, /application\/problem\+json/);
      assert.match(text, /16777216 bytes/);
    }
    await check(worker, 1);
  });
});

describe('limits', () => {
  /** Runs the Worker with variables for as long as use takes. */
  async function running(vars, use) {
    const worker = await start(join(root, 'dist', 'worker'), { vars });
    try {
      await use(worker);
    } finally {
      await worker.stop();
    }
  }
  const refused = ({ status, text }, kind, detail) => {
    assert.equal(status, 400, text);
    assert.equal(JSON.parse(text).kind, kind);
    assert.match(JSON.parse(text).detail, detail);
  };

  for (const SCORING of ['exports', 'handler']) {
    it(`are those that LIMITS says, ${SCORING}`, () =>
      running({ LIMITS: 'frame.Rows=3, frame.StringLength=17', SCORING }, async (worker) => {
        for (let i = 0; i < 2; i++) {
          assert.equal((await post(worker, path, some(0, 3))).status, 200);
          refused(await post(worker, path, some(0, 4)), 'limit', /3 \(the limit frame.Rows\)/);
          refused(await post(worker, '/models/shoppers/score', JSON.stringify(objects.slice(0, 4))), 'limit', /3 \(the limit frame.Rows\)/);
          const long = JSON.stringify({ ...objects[0], VisitorType: 'R'.repeat(18) });
          refused(await post(worker, '/models/shoppers/score', long), 'limit', /17 \(the limit frame.StringLength\)/);
        }
        assert.equal(worker.log, '');
      }));
  }

  for (const [vars, log] of [
    [{ LIMITS: 'bundle.Elements=2' }, /no models: .*2 that the limit bundle.Elements allows/],
    [{ LIMITS: 'frame.Row=3' }, /LIMITS: no limit "frame.Row"; there are .*frame\.Rows/],
    [{ LIMITS: 'frame.Rows=many' }, /LIMITS: "frame.Rows=many": write NAME=N/],
    [{ MAX_BODY_BYTES: '16 MB' }, /MAX_BODY_BYTES is "16 MB"; it is a whole number from 1/],
    [{ REFRESH_SECONDS: '' }, /REFRESH_SECONDS is ""; it is a whole number from 0/],
  ]) {
    it(`are told to be wrong in the log: ${Object.entries(vars)[0].join('=')}`, () =>
      running(vars, async (worker) => {
        for (let i = 0; i < 2; i++) {
          const { status, headers, text } = await post(worker, path, some(0, 1));
          assert.equal(status, 503, text);
          assert.equal(headers['content-type'], 'application/problem+json');
        }
        await pause(50); // the log comes through a pipe
        assert.match(worker.log, log);
      }));
  }
});

it('gives the same bytes both ways', async () => {
  const [short, long] = await Promise.all(
    [{}, { SCORING: 'handler' }].map((vars) =>
      start(join(root, 'dist', 'worker'), {
        vars: { CORS_ORIGINS: 'https://a.example, https://b.example', READ_TOKEN: 'secret', ...vars },
      }),
    ),
  );
  try {
    const binary = caseBytes('vector_assembler', 'frame.json'); // not a frame in that format
    const auth = { authorization: 'Bearer secret' };
    const json = { 'content-type': 'application/json', ...auth };
    const calls = [
      ['POST', path, some(0, 1), json],
      ['POST', path, some(0, 200), { ...json, origin: 'https://b.example' }],
      ['POST', path, some(0, 3), { ...json, origin: 'https://c.example' }],
      ['POST', path, some(0, 3), { ...json, accept: 'application/x-protobuf' }],
      ['POST', path, some(0, 3), { ...json, accept: 'text/html, application/x-protobuf;q=0.5, */*;q=0.1' }],
      ['POST', path, some(0, 3), { ...json, accept: 'text/html' }],
      ['POST', `${path}?select=probability,prediction`, some(0, 3), json],
      ['POST', `${path}?select=probabilty`, some(0, 3), json],
      ['POST', `${path}/`, some(0, 1), json],
      ['POST', path, some(0, 1), { 'content-type': 'application/json' }],
      ['POST', path, some(0, 1), { ...json, authorization: 'Bearer wrong' }],
      ['POST', path, '{', json],
      ['POST', path, '', json],
      ['POST', path, binary, { ...json, 'content-type': 'application/x-protobuf' }],
      ['POST', path, some(0, 1), { ...json, 'content-type': 'text/html' }],
      ['POST', '/models/nobody/transform', some(0, 1), json],
      ['POST', '/models/sh%6Fppers/score', JSON.stringify(objects[0]), json],
      ['POST', '/models/shoppers/score', JSON.stringify(objects.slice(0, 5)), json],
      [
        'POST',
        '/models/shoppers/score',
        objects
          .slice(0, 5)
          .map((o) => JSON.stringify(o))
          .join('\n'),
        { ...auth, 'content-type': 'application/x-ndjson' },
      ],
      ['POST', '/models/shoppers/score', '[{}]', json],
      [
        'POST',
        '/models/transform',
        JSON.stringify({
          modelName: 'shoppers',
          format: 'ml.combust.mleap.json',
          tag: 7,
          frame: Buffer.from(some(0, 2)).toString('base64'),
        }),
        json,
      ],
      ['POST', '/models/transform', '{invalid json}', json],
      ['POST', '/models/a/b/transform', '{}', json],
    ];
    for (const [method, where, body, headers] of calls) {
      const [a, b] = await Promise.all([short, long].map((worker) => request(worker, method, where, body, headers)));
      const what = `${method} ${where} ${String(body).slice(0, 60)} ${JSON.stringify(headers)}`;
      assert.equal(a.status, b.status, what);
      assert.deepEqual(a.headers, b.headers, what);
      assert.ok(a.bytes.equals(b.bytes), `${what}\n${a.text}\n${b.text}`);
    }
    for (const worker of [short, long]) assert.equal((await post(worker, '/models/%zz/transform', '{}', auth)).status, 400);
    assert.equal(short.log + long.log, '');
  } finally {
    await Promise.all([short.stop(), long.stop()]);
  }
});

for (const vars of [{}, { SCORING: 'handler' }])
  describe(`an instance that breaks, ${vars.SCORING ?? 'exports'}`, () => {
    let worker;
    let temp;
    before(async () => {
      temp = scratch();
      assemble(temp.folder, { program: 'poisoned', models: [`words=${caseFile('string_indexer_keep_nullable', 'bundle.json.zip')}`] });
      worker = await start(temp.folder, { vars });
    });
    after(async () => {
      await worker?.stop();
      temp.remove();
    });

    const score = (word) => post(worker, '/models/words/score', JSON.stringify({ s: word }));
    const well = async () => {
      const { status, text } = await score('c');
      assert.equal(status, 200, text);
      assert.equal(text, '{"out":2.0}\n');
    };

    it('answers 500 to a request that makes an op panic, and goes on', async () => {
      await well();
      for (let i = 0; i < 3; i++) {
        const { status, headers, text } = await score('panic');
        assert.equal(status, 500);
        assert.equal(headers['content-type'], 'application/problem+json');
        assert.equal(JSON.parse(text).kind, 'internal');
        assert.ok(!text.includes('poison'), text);
        await well();
      }
      assert.ok(!worker.log.includes('crashed'), worker.log);
    });

    for (const word of ['overflow', 'fatal', 'exit']) {
      it(`is replaced after a fault that nothing recovers from (${word})`, async () => {
        const before = worker.log.split('crashed').length;
        const { status, text } = await score(word);
        assert.equal(status, 500);
        assert.equal(JSON.parse(text).kind, 'internal');
        await well();
        await pause(50); // the log comes through a pipe
        assert.equal(worker.log.split('crashed').length - before, 2, worker.log); // it was tried twice
      });
    }

    it('is replaced, and the request made again', async () => {
      const { status, text } = await score('once');
      assert.equal(status, 200, text);
      assert.equal(text, '{"out":3.0}\n');
    });

    it('lets a handler of the user’s own serve, and panic', async () => {
      assert.equal((await get(worker, '/hello')).text, 'hello');
      assert.equal((await get(worker, '/panic')).status, 500);
      assert.equal((await get(worker, '/hello')).text, 'hello');
      await well();
    });

    it('is replaced while many others score', async () => {
      await Promise.all([
        many(500, well),
        (async () => {
          for (const word of ['fatal', 'panic', 'overflow', 'exit']) assert.equal((await score(word)).status, 500);
        })(),
      ]);
    });
  });
