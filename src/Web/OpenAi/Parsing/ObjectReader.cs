using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// Reads the fields of one JSON object, one after the other. The first fault wins: optional fields read as absent from then on, required
/// ones as a default that nobody sees, because <see cref="Finish"/> gives the fault. For optional fields null means absent.
/// </summary>
internal sealed class ObjectReader(JsonElement element, string path)
{
    private readonly string _prefix = path.Length == 0 ? "" : $"{path}.";
    private ApiError? _fault;

    /// <summary>A decoder of objects, from what reads their fields.</summary>
    public static Decoder<T> Decoder<T>(Func<ObjectReader, Result<T, ApiError>> read) => (value, path) =>
        Decode.Object(value, path).Bind(element => read(new ObjectReader(element, path)));

    public string PathOf(string name) => _prefix + name;

    public bool Has(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public T Required<T>(string name, Decoder<T> decode) => element.TryGetProperty(name, out var value)
        ? Read(name, value, decode)
        : Fail<T>(Faults.Missing(PathOf(name)));

    public T? Optional<T>(string name, Decoder<T> decode)
        where T : class => Has(name) && Read(name, element.GetProperty(name), decode) is var value && _fault is null ? value : null;

    public T? OptionalValue<T>(string name, Decoder<T> decode)
        where T : struct => Has(name) && Read(name, element.GetProperty(name), decode) is var value && _fault is null ? value : null;

    /// <summary>A demand on fields already read; not looked at after a fault.</summary>
    public void Demand(Func<bool> holds, Func<ApiError> fault)
    {
        if (_fault is null && !holds())
        {
            _fault = fault();
        }
    }

    public Result<T, ApiError> Finish<T>(Func<T> build) => _fault is { } fault ? fault : build();

    private T Read<T>(string name, JsonElement value, Decoder<T> decode)
    {
        if (_fault is not null)
        {
            return default!;
        }
        return decode(value, PathOf(name)).Match(decoded => decoded, Fail<T>);
    }

    private T Fail<T>(ApiError fault)
    {
        _fault ??= fault;
        return default!;
    }
}
