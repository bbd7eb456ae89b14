// Newest first, by when it happened: what the browser told late is written down late.

export class NewestFirst {
  #list;
  #keys = new WeakMap();

  constructor(list) {
    this.#list = list;
  }

  // number: tells apart what happened in the same moment, the later the larger.
  put(item, unixTime, number) {
    this.#keys.set(item, [unixTime, number]);
    let other = this.#list.firstElementChild;
    while (other !== null && !this.#isOlder(other, unixTime, number)) other = other.nextElementSibling;
    this.#list.insertBefore(item, other);
  }

  #isOlder(other, unixTime, number) {
    const [time, its] = this.#keys.get(other) ?? [-Infinity, 0];
    return time < unixTime || (time === unixTime && its < number);
  }
}
