namespace MlxActors.Web.Media;

/// <summary>A file as a request refers to it.</summary>
/// <param name="Field">Where it stands in the request, such as <c>messages[1].content[0].image_url</c>.</param>
internal abstract record MediaReference(string Field)
{
    /// <summary>Its bytes came with the request.</summary>
    public sealed record Inline(ReadOnlyMemory<byte> Content, string Field) : MediaReference(Field);

    /// <summary>Its bytes have to be fetched.</summary>
    public sealed record Remote(Uri Url, string Field) : MediaReference(Field);
}
