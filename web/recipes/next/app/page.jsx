import { Segment } from './segment';

export default function Page() {
  return (
    <main>
      <h1>A shop</h1>
      <Segment />
    </main>
  );
}
