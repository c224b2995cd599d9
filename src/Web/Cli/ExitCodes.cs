namespace MlxActors.Web.Cli;

/// <summary>What the process ends with, as Unix users expect it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It could not be done.</summary>
    public const int Failure = 1;

    /// <summary>It was not asked for in a way that makes sense.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by a polite kill.</summary>
    public const int Terminated = 143;
}
