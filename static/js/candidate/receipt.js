// What the candidate keeps of having handed in, on the page that tells of it.
const byId = (id) => document.getElementById(id);

// receipt: as the API gives it with the attempt; null of an attempt that has none.
export function showReceipt({ number, receipt }) {
  byId("receipt").hidden = receipt === null;
  if (receipt === null) return;
  byId("receipt-attempt").textContent = String(number);
  byId("receipt-handed-in").textContent = receipt.handed_in;
  byId("receipt-answered").textContent = `${receipt.answered} of ${receipt.asked}`;
  byId("receipt-code").textContent = receipt.code;
}
