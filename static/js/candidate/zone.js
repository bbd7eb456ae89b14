// Times of day as the institution has them, as on every other page; a device may be set to another zone.
export class Zone {
  #format;

  // A browser that does not know the zone says its own time, rather than none.
  constructor(name) {
    try {
      this.#format = inZone(name);
    } catch (error) {
      console.info(`This browser does not know the time zone ${name}.`, error);
      this.#format = inZone();
    }
  }

  time(ms) {
    return this.#format.format(ms);
  }

  // Whether this device's clock shows another time of day.
  differs(ms) {
    return this.time(ms) !== inZone().format(ms);
  }
}

function inZone(timeZone = undefined) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone });
}
