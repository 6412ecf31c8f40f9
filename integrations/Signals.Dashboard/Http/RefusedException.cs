namespace Signals.Dashboard.Http;

/// <summary>A request that the page refuses: the status of the answer, and a sentence that says why.</summary>
internal sealed class RefusedException(int status, string message) : SignalsException(message)
{
    public int Status { get; } = status;
}
