// What the detectors saw, drawn over a picture. Coordinates in the data are shares of the picture's width and height.

const FACE = "#4ade80";
const PHONE = "#fb923c";
const AT_REST = "#d1d5db";
const POSE = "#60a5fa";
const radians = (degrees) => (degrees * Math.PI) / 180;

const boxOf = (thing) => thing.box ?? thing;

function fit(canvas, image) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(image.clientWidth * ratio);
  canvas.height = Math.round(image.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width: image.clientWidth, height: image.clientHeight };
}

// A dark line under the coloured one keeps it visible on any picture.
function stroke(context, colour, width = 2) {
  context.lineWidth = width + 2;
  context.strokeStyle = "rgb(0 0 0 / 70%)";
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

function label(context, text, x, y) {
  context.font = "600 12px Inter, sans-serif";
  const width = context.measureText(text).width + 8;
  const top = Math.max(0, y - 18);
  context.fillStyle = "rgb(0 0 0 / 75%)";
  context.fillRect(x, top, width, 18);
  context.fillStyle = "#fff";
  context.fillText(text, x + 4, top + 13);
}

function drawBox({ context, width, height }, box, text, colour) {
  const [x, y] = [box.x * width, box.y * height];
  context.beginPath();
  context.rect(x, y, box.width * width, box.height * height);
  stroke(context, colour);
  const score = box.score === undefined ? "" : ` ${Math.round(box.score * 100)} %`;
  label(context, `${text}${score}`, x, y);
}

// An arrow from the nose to where it points: yaw to the picture's right, pitch up.
function drawPose({ context, width, height }, face, pose) {
  const box = boxOf(face);
  const [noseX, noseY] = face.keypoints?.[2] ?? [box.x + box.width / 2, box.y + box.height / 2];
  const length = box.height * height * 0.8;
  const from = [noseX * width, noseY * height];
  const to = [from[0] + Math.sin(radians(pose.yaw)) * length, from[1] - Math.sin(radians(pose.pitch)) * length];
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  stroke(context, POSE, 3);
  context.beginPath();
  context.arc(...to, 4, 0, 2 * Math.PI);
  stroke(context, POSE, 3);
}

export function draw(canvas, image, seen) {
  const surface = fit(canvas, image);
  surface.context.clearRect(0, 0, surface.width, surface.height);
  if (!seen) return;
  const faces = seen.faces ?? [];
  faces.forEach((face, index) => drawBox(surface, boxOf(face), faces.length > 1 ? `Face ${index + 1}` : "Face", FACE));
  (seen.phones ?? []).forEach((phone) => drawBox(surface, boxOf(phone), "Phone", PHONE));
  [...(seen.faces_at_rest ?? []), ...(seen.phones_at_rest ?? [])].forEach((thing) => drawBox(surface, boxOf(thing), "Stood there before: does not count", AT_REST));
  if (seen.pose && faces.length) drawPose(surface, faces[0], seen.pose);
}

const degrees = (value, positive, negative) =>
  Math.round(value) === 0 ? `0° ${positive}` : `${Math.abs(Math.round(value))}° ${value > 0 ? positive : negative}`;

// The same in words, for those who cannot see the picture.
export function describe(seen) {
  if (!seen) return "";
  const parts = [seen.faces ? `Faces: ${seen.faces.length}.` : "Faces: nobody looked."];
  if (seen.faces_at_rest?.length) parts.push(`Looks like a face but stood there before, as a picture does, and does not count: ${seen.faces_at_rest.length}.`);
  parts.push(seen.phones ? `Phones: ${seen.phones.length}.` : "Phones: not looked for in this picture.");
  if (seen.phones_at_rest?.length) parts.push(`Looks like a phone but stood there before, and does not count: ${seen.phones_at_rest.length}.`);
  if (seen.pose) parts.push(`Head: ${degrees(seen.pose.yaw, "to the picture's right", "to the picture's left")}, ${degrees(seen.pose.pitch, "up", "down")}.`);
  if (seen.quality) parts.push(`Brightness ${Math.round(seen.quality.brightness)} of 255.`);
  return parts.join(" ");
}
