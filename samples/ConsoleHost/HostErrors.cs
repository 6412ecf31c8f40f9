using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost;

/// <summary>Maps the errors that users meet to exit codes and sentences. Anything else is a bug and keeps its stack trace. Pure.</summary>
internal static class HostErrors
{
    /// <summary>The exit code of <paramref name="error"/> and what to print, or null for an unexpected error.</summary>
    public static (ExitCode Code, string Message)? Describe(Exception error) => error switch
    {
        UsageException => (ExitCode.Usage, $"{error.Message}\n(--help lists the options)"),
        InputException => (ExitCode.InputUnreadable, error.Message),
        StoreLockedException => (ExitCode.StoreLocked, error.Message),
        CorruptionException => (ExitCode.StoreCorrupt, error.Message),
        SchemaMismatchException => (ExitCode.IngestFailed, $"the store holds other event types: {error.Message}"),
        SignalsException => (ExitCode.IngestFailed, error.Message),
        OperationCanceledException => (ExitCode.IngestFailed, "stopped; what was acknowledged is kept"),
        IOException or UnauthorizedAccessException => (ExitCode.IngestFailed, error.Message),
        _ => null,
    };
}
