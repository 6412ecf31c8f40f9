namespace Signals.Storage.Scanning;

/// <summary>Some rows of a user that are read together. Immutable.</summary>
/// <param name="Start">Behind which event it begins; null for the newest row.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="IsMeasured">Whether the bytes of its rows are known to be few enough.</param>
internal readonly record struct Page(PageStart? Start, int Rows, bool IsMeasured = false);
