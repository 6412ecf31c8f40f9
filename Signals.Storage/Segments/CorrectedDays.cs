namespace Signals.Offline;

/// <summary>Days that imported segments declared to correct. Immutable.</summary>
/// <param name="Days">The days.</param>
/// <param name="Generation">The latest generation that corrected them.</param>
public readonly record struct CorrectedDays(DayRange Days, long Generation);
