// The types of @middy/core import these two from a package that describes another platform. Declaring them here, as
// wide as middy needs, keeps that package out and the check of library types on.
declare module 'aws-lambda' {
  export type Context = object;
  export type Handler<TEvent = unknown, TResult = unknown> = (
    event: TEvent,
    context: Context,
  ) => Promise<TResult> | undefined;
}
