// Says in words what a field for date and time holds: how a browser writes 3 April depends on its language.

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function say(field) {
  const [date, time] = field.value.split("T");
  const words = field.parentElement.querySelector("[data-words]");
  words.textContent = time ? `${DAY.format(new Date(date)).replace(",", "")}, ${time}` : "";
}

for (const field of document.querySelectorAll('.au-moment input[type="datetime-local"]')) {
  field.addEventListener("input", () => say(field));
}
