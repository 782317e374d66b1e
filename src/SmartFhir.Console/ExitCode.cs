namespace SmartFhir.Hosting;

/// <summary>The exit codes that the console sets itself; <c>exit n</c> in a script gives any other.</summary>
internal static class ExitCode
{
    /// <summary>The last command succeeded.</summary>
    public const int Success = 0;

    /// <summary>A terminating error happened, or <c>$?</c> was false at the end.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong (EX_USAGE of sysexits.h).</summary>
    public const int Usage = 64;

    /// <summary>The terminal went away (128 + SIGHUP).</summary>
    public const int HungUp = 129;

    /// <summary>Ctrl+C ended the command (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Another process asked this one to end (128 + SIGTERM).</summary>
    public const int Terminated = 143;
}
