namespace Akka.Actor;

/// <summary>
/// Finds a type by the name that a configuration gives. The assembly part is a hint only: the stand-ins hold in one
/// assembly what the packages spread over several.
/// </summary>
internal static class TypeNames
{
    public static Type Find(string name)
    {
        if (Type.GetType(name, throwOnError: false) is { } found)
            return found;
        var fullName = name.Split(',')[0].Trim();
        return AppDomain.CurrentDomain.GetAssemblies()
            .Select(x => x.GetType(fullName, throwOnError: false))
            .FirstOrDefault(x => x is not null);
    }
}
