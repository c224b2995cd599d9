namespace MlxActors.Native.Results;

/// <summary>The outcome of something that is expected to fail now and then; bugs throw instead.</summary>
public abstract record Result<T, TError>
{
    private Result()
    {
    }

    public sealed record Ok(T Value) : Result<T, TError>;

    public sealed record Error(TError Reason) : Result<T, TError>;

    public static implicit operator Result<T, TError>(T value) => new Ok(value);

    public static implicit operator Result<T, TError>(TError reason) => new Error(reason);

    public TOut Match<TOut>(Func<T, TOut> ok, Func<TError, TOut> error) => this switch
    {
        Ok(var value) => ok(value),
        Error(var reason) => error(reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public Result<TOut, TError> Map<TOut>(Func<T, TOut> map) =>
        Match(value => new Result<TOut, TError>.Ok(map(value)), Result<TOut, TError> (reason) => new Result<TOut, TError>.Error(reason));

    public Result<TOut, TError> Bind<TOut>(Func<T, Result<TOut, TError>> bind) =>
        Match(bind, reason => new Result<TOut, TError>.Error(reason));

    public Result<T, TOut> MapError<TOut>(Func<TError, TOut> map) =>
        Match(Result<T, TOut> (value) => new Result<T, TOut>.Ok(value), reason => new Result<T, TOut>.Error(map(reason)));
}

/// <summary>Constructors for results whose value and error types do not convert implicitly (interfaces, equal types).</summary>
public static class Result
{
    public static Result<T, TError> Ok<T, TError>(T value) => new Result<T, TError>.Ok(value);

    public static Result<T, TError> Error<T, TError>(TError reason) => new Result<T, TError>.Error(reason);
}
