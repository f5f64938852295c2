// The types of @middy/core import these two from a package for another platform. Declaring them here, as loosely as
// middy needs, avoids that package and keeps the type check of libraries on.
declare module 'aws-lambda' {
  export type Context = object;
  export type Handler<TEvent = unknown, TResult = unknown> = (
    event: TEvent,
    context: Context,
  ) => Promise<TResult> | undefined;
}
