// Dragging a line of a list by its handle, with a mouse, a pen or a finger. The list is put in order as one goes.
export function draggable(line, handle, { moved, dropped }) {
  let from = null;

  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || line.querySelector("button").disabled) return;
    event.preventDefault(); // no text is selected on the way
    handle.setPointerCapture(event.pointerId);
    from = place(line);
    line.classList.add("dragged");
  });
  handle.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const start = place(line);
    // A quick hand passes several lines at once. It is the neighbour that is moved past the line: a line that is moved
    // itself lets go of the pointer.
    while (line.previousElementSibling && event.clientY < middle(line.previousElementSibling)) line.after(line.previousElementSibling);
    while (line.nextElementSibling && event.clientY > middle(line.nextElementSibling)) line.before(line.nextElementSibling);
    if (place(line) === start) return;
    moved();
  });
  const end = () => {
    if (from === null) return;
    line.classList.remove("dragged");
    const changed = place(line) !== from;
    from = null;
    if (changed) dropped();
  };
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
}

function place(line) {
  return [...line.parentElement.children].indexOf(line);
}

function middle(line) {
  const { top, height } = line.getBoundingClientRect();
  return top + height / 2;
}
