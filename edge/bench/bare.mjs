// A Worker that does nothing with what it is asked: it reads the body and gives
// an answer of a fixed size. It is what a Worker can reach at most.
let answer;

export default {
  async fetch(request, env) {
    answer ??= 'x'.repeat(Number(env.SIZE));
    await request.arrayBuffer();
    return new Response(answer, { headers: { 'content-type': 'application/json' } });
  },
};
