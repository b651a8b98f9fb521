/** Bytes over a bare connection, whatever they are, and what comes back. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/**
 * A connection that is written to and read from by hand. `received` is all that has come so far, `closed` resolves when it is over, to
 * how long that took.
 */
export async function open(base, { isReading = true } = {}) {
  const { hostname, port } = new URL(base);
  const begun = performance.now();
  const socket = connect(Number(port), hostname);
  const chunks = [];
  // Whoever sends rubbish may be cut off.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', () => resolve(performance.now() - begun)));
  if (isReading) socket.on('data', (chunk) => chunks.push(chunk));
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const bytes = () => Buffer.concat(chunks);
  return {
    socket,
    closed,
    bytes,
    received: () => bytes().toString('latin1'),
    /** Resolves when it has left this process, or cannot any more. */
    write: (data) => new Promise((resolve) => (socket.writable ? socket.write(data, 'latin1', () => resolve()) : resolve())),
    stop: () => socket.destroy(),
  };
}

/** The statuses of the answers in what came. */
export const statuses = (text) => [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));

/** One frame as a client sends it; what is wrong with it is said. */
export function frame({ opcode = 1, payload = '', isFinal = true, reserved = 0, isMasked = true, length } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const head = [(isFinal ? 0x80 : 0) | (reserved << 4) | opcode];
  const mask = isMasked ? 0x80 : 0;
  if (size < 126) head.push(mask | size);
  else if (size < 65_536) head.push(mask | 126, size >> 8, size & 255);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(size));
    head.push(mask | 127, ...long);
  }
  if (!isMasked) return Buffer.concat([Buffer.from(head), body]);
  const key = randomBytes(4);
  return Buffer.concat([Buffer.from(head), key, body.map((byte, at) => byte ^ key[at % 4])]);
}

/** The frames in what a server has sent. */
export function frames(bytes) {
  const all = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= bytes.length) {
    const opcode = bytes[at] & 15;
    let size = bytes[at + 1] & 127;
    let from = at + 2;
    if (size === 126) [size, from] = [bytes.readUInt16BE(from), from + 2];
    else if (size === 127) [size, from] = [Number(bytes.readBigUInt64BE(from)), from + 8];
    if (from + size > bytes.length) break;
    const payload = bytes.subarray(from, from + size);
    all.push(opcode === 8 ? { opcode, code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() } : { opcode, text: payload.toString() });
    at = from + size;
  }
  return all;
}
