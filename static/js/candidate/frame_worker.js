// Turns bitmaps into JPEGs away from the page's thread. A picture that came out too large is encoded again, coarser.
let canvas = null;

self.onmessage = async ({ data: { id, ...frame } }) => {
  try {
    const jpeg = await encode(frame);
    self.postMessage({ id, jpeg }, [jpeg]);
  } catch (error) {
    self.postMessage({ id, error: String(error) }); // what an async function throws never reaches the page by itself
  }
};

async function encode({ bitmap, width, height, qualities, maxBytes }) {
  canvas ??= new OffscreenCanvas(width, height);
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  let blob = null;
  for (const quality of qualities) {
    blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= maxBytes) break;
  }
  return blob.arrayBuffer();
}
