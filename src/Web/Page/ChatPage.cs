using System.Reflection;
using MlxActors.Http.Access;

namespace MlxActors.Web.Page;

/// <summary>
/// The chat page at <c>/</c>: the files of <c>wwwroot</c>, built into the assembly, so that it is there however the server was published.
/// </summary>
internal static class ChatPage
{
    private const string Folder = "wwwroot/";
    private const string Start = "index.html";

    /// <summary>
    /// The page loads nothing from elsewhere, runs no script and takes no style but its own files', and sends nothing to anybody but this
    /// server. Pictures and clips that the user gives it are blobs.
    /// </summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Paths below the root, and what is there.</summary>
    public static IReadOnlyDictionary<string, PageFile> Files { get; } = ReadFiles(typeof(ChatPage).Assembly);

    /// <summary>A route for each file: every other path stays what it is to the API, an error in OpenAI's shape.</summary>
    public static void MapChatPage(this IEndpointRouteBuilder routes)
    {
        foreach (var (path, file) in Files)
        {
            routes.MapMethods(path, Methods, Serve(file)).WithMetadata(OpenToAll.Instance);
        }
        routes.MapMethods("/", Methods, Serve(Files[Start])).WithMetadata(OpenToAll.Instance);
    }

    private static RequestDelegate Serve(PageFile file) => context =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // Kept, but asked for again: the files of one build belong together.
        headers.CacheControl = "no-cache";
        return Results.Bytes(file.Content, file.ContentType, entityTag: file.Tag).ExecuteAsync(context);
    };

    private static Dictionary<string, PageFile> ReadFiles(Assembly assembly) => assembly.GetManifestResourceNames()
        .Select(name => (Name: name, Path: name.Replace('\\', '/')))
        .Where(resource => resource.Path.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(
            resource => resource.Path[Folder.Length..],
            resource => new PageFile(resource.Path, () => assembly.GetManifestResourceStream(resource.Name)!));
}
