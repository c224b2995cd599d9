using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="After">The id of the item before the first one; null: from the beginning.</param>
/// <param name="IsAscending">Whether the oldest item comes first.</param>
internal sealed record ItemPage(int Limit, string? After, bool IsAscending)
{
    private const int MostItems = 100;
    private const int UsualItems = 20;

    public static Result<ItemPage, ApiError> Read(IQueryCollection query)
    {
        var (limit, order) = (query["limit"].FirstOrDefault(), query["order"].FirstOrDefault() ?? "desc");
        var count = UsualItems;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostItems))
        {
            return Faults.Invalid("limit", $"expected an integer from 1 to {MostItems}.");
        }
        return order is "asc" or "desc"
            ? new ItemPage(count, query["after"].FirstOrDefault(), order == "asc")
            : Faults.NotOneOf("order", order, ["asc", "desc"]);
    }

    /// <param name="items">The oldest first, each with an <c>id</c>.</param>
    public void Write(Utf8JsonWriter json, ImmutableArray<ReadOnlyMemory<byte>> items)
    {
        var ordered = items.Select(item => (Id: IdOf(item), Item: item));
        ordered = IsAscending ? ordered : ordered.Reverse();
        ordered = After is null ? ordered : ordered.SkipWhile(entry => entry.Id != After).Skip(1);
        var rest = ordered.ToArray();
        var page = rest.Take(Limit).ToArray();
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (_, item) in page)
        {
            json.WriteRawValue(item.Span);
        }
        json.WriteEndArray();
        json.WriteString("first_id"u8, page.FirstOrDefault().Id);
        json.WriteString("last_id"u8, page.LastOrDefault().Id);
        json.WriteBoolean("has_more"u8, rest.Length > page.Length);
        json.WriteEndObject();
    }

    private static string IdOf(ReadOnlyMemory<byte> item)
    {
        using var json = JsonDocument.Parse(item);
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
