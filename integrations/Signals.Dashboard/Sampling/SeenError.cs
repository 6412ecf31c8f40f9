namespace Signals.Dashboard.Sampling;

/// <summary>An error that samples saw. Immutable.</summary>
/// <param name="Source">What failed.</param>
/// <param name="Message">What the error says.</param>
/// <param name="FirstAt">When a sample first saw it.</param>
/// <param name="LastAt">When a sample last saw it come.</param>
/// <param name="Count">How often it came.</param>
internal sealed record SeenError(string Source, string Message, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Count);
