// The binary message of one frame; the twin of proctoring/live/wire.py. Big-endian: magic "PRF1", the session's
// UUID (16 bytes), the sequence number (uint32), the capture time in Unix milliseconds (float64), then the JPEG.
export const HEADER_BYTES = 32;
const MAGIC = [0x50, 0x52, 0x46, 0x31];

export function packFrame({ sessionId, sequence, capturedMs, jpeg }) {
  const message = new Uint8Array(HEADER_BYTES + jpeg.byteLength);
  message.set(MAGIC, 0);
  message.set(uuidBytes(sessionId), 4);
  const view = new DataView(message.buffer);
  view.setUint32(20, sequence);
  view.setFloat64(24, capturedMs);
  message.set(new Uint8Array(jpeg), HEADER_BYTES);
  return message.buffer;
}

export function uuidBytes(uuid) {
  const hex = uuid.replaceAll("-", "");
  return Uint8Array.from({ length: 16 }, (_, index) => parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}
