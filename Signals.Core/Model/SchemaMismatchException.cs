namespace Signals.Core.Model;

/// <summary>
/// The declared schema and the stored one cannot be one: a type's, column's or window's meaning changed. Nothing was opened or changed.
/// </summary>
/// <param name="message">Names the stored and the declared side.</param>
public sealed class SchemaMismatchException(string message) : SignalsException(message);
