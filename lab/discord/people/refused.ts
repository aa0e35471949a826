/** What Discord's own client would not have let a person do, or what it shows when the bot does not answer. */
export class NotPossible extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotPossible';
  }
}
