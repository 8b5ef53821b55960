// What one writes in C at first: loop FLAT ROWS EXPECTED SIZE prints a line of JSON.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = 1000, F = 30 };
typedef struct { int32_t feature, pad; double value; int32_t left, right; } Node;

static Node *nodes;
static uint32_t trees, *roots;
static double rows[N * F], expected[N], out[N], sink;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e9 + t.tv_nsec; }

static void *slurp(const char *file) {
  FILE *f = fopen(file, "rb");
  if (!f) { perror(file); exit(1); }
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  rewind(f);
  void *b = malloc(n);
  if (fread(b, 1, n, f) != (size_t)n) exit(1);
  fclose(f);
  return b;
}

static double one(int k) {
  const double *x = rows + k * F;
  double sum = 0;
  for (uint32_t t = 0; t < trees; t++) {
    const Node *n = nodes + roots[t];
    while (n->feature >= 0) n = nodes + (x[n->feature] <= n->value ? n->left : n->right);
    sum += n->value;
  }
  return sum / trees;
}

static double run(long n, int batch) {
  double t = now();
  for (long i = 0; i < n; i++) {
    if (batch) { for (int k = 0; k < N; k++) out[k] = one(k); sink += out[0]; }
    else sink += one(i % N);
  }
  return now() - t;
}

static int order(const void *a, const void *b) { double d = *(double *)a - *(double *)b; return d < 0 ? -1 : d > 0; }

static void measure(const char *name, int batch) {
  long n = 1;
  while (run(n, batch) < 40e6) n *= 2;
  n = n * 20e6 / run(n, batch);
  if (n < 1) n = 1;
  double all[15];
  for (int k = 0; k < 15; k++) all[k] = run(n, batch) / n / (batch ? N : 1);
  qsort(all, 15, sizeof *all, order);
  printf(",\"%s\":{\"med\":%g,\"min\":%g}", name, all[7], all[0]);
}

int main(int c, char **v) {
  if (c != 5) return 2;
  uint8_t *flat = slurp(v[1]);
  float *x = slurp(v[2]);
  for (int i = 0; i < N * F; i++) rows[i] = x[i];
  memcpy(expected, slurp(v[3]), sizeof expected);
  double start = now();
  uint32_t count;
  memcpy(&count, flat, 4);
  memcpy(&trees, flat + 4, 4);
  nodes = malloc(count * sizeof *nodes);
  memcpy(nodes, flat + 8, count * sizeof *nodes);
  roots = malloc(4 * trees);
  memcpy(roots, flat + 8 + count * sizeof *nodes, 4 * trees);
  sink += one(0);
  double cold = (now() - start) / 1e6, diff = 0;
  for (int k = 0; k < N; k++) diff = fmax(diff, fabs(one(k) - expected[k]));
  printf("{\"peer\":\"plain loop, C\",\"size\":\"%s\",\"maxdiff\":%g,\"ok\":%s,\"cold\":%g", v[4], diff, diff < 1e-12 ? "true" : "false", cold);
  measure("single", 0);
  measure("batch", 1);
  puts("}");
  return sink == 0;
}
