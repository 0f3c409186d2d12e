/** Makes a stream of what a generator yields, each part when it is asked for; a reader that leaves ends the generator. */
export function toStream<T>(parts: AsyncGenerator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const {done, value} = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await parts.return(undefined);
      },
    },
    {highWaterMark: 0}, // nothing is said ahead of its listener
  );
}
