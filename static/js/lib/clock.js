// The server's clock as seen from here. The reply with the shortest round trip is the best estimate.
export class ServerClock {
  #offset = 0;
  #roundTrip = Infinity;

  sync(serverMs, roundTripMs = 1000) {
    if (roundTripMs > this.#roundTrip) return;
    this.#roundTrip = roundTripMs;
    this.#offset = serverMs + roundTripMs / 2 - Date.now();
  }

  now() {
    return Date.now() + this.#offset;
  }
}
