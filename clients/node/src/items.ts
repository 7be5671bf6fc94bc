// SPDX-License-Identifier: Apache-2.0
// items.ts: answers of many messages, as one row of items: hits of all pages, occurrences of an export.

/** Items as they come, for `for await`. Nothing is asked before the first is taken; leaving the loop stops the server, too. */
export class Items<T, R> implements AsyncIterableIterator<T> {
    /** The latest message: its totals, its `answer`. undefined before the first one. */
    reply: R | undefined;
    /** The notes of all messages so far. */
    readonly notes: string[] = [];
    private items: T[] = [];
    private at = 0;

    constructor(
        private readonly replies: AsyncGenerator<R, void, void>,
        private readonly row: string,
    ) {}

    async next(): Promise<IteratorResult<T, undefined>> {
        while (this.at >= this.items.length) {
            const next = await this.replies.next();
            if (next.done) return { done: true, value: undefined };
            this.take(next.value);
        }
        return { done: false, value: this.items[this.at++] as T };
    }

    private take(reply: R): void {
        const { answer } = reply as { answer?: { notes: string[] } };
        this.reply = reply;
        this.items = (reply as { [row: string]: unknown })[this.row] as T[];
        this.at = 0;
        for (const note of answer?.notes ?? []) if (!this.notes.includes(note)) this.notes.push(note);
    }

    async return(): Promise<IteratorResult<T, undefined>> {
        await this.replies.return();
        this.items = [];
        return { done: true, value: undefined };
    }

    [Symbol.asyncIterator](): this {
        return this;
    }
}
