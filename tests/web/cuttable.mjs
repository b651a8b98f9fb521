/** A way to a server on which connections break: whoever listens is told nothing but that. */
import { connect, createServer } from 'node:net';

/** `target` is asked at each connection, so that the server may have moved. */
export async function cuttable(target) {
  const open = new Set();
  const way = createServer((near) => {
    const { hostname, port } = new URL(target());
    const far = connect(port, hostname);
    open.add(near);
    near.pipe(far).pipe(near);
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    near.on('close', () => open.delete(near));
  });
  await new Promise((resolve) => way.listen(0, '127.0.0.1', resolve));
  const cut = () => open.forEach((one) => one.resetAndDestroy());
  return { base: `http://127.0.0.1:${way.address().port}`, cut, stop: () => (cut(), way.close()) };
}
