namespace Signals.Storage.Tables;

/// <summary>More than the format of a table can hold, and no way to divide it. Nothing is damaged.</summary>
internal sealed class TableLimitException(string message) : SignalsException(message);
