namespace Signals;

/// <summary>
/// The declared schema contradicts the stored one: the meaning of a type, a column or a window changed. Nothing was opened or
/// changed.
/// </summary>
/// <param name="message">Names what is stored and what is declared.</param>
public sealed class SchemaMismatchException(string message) : SignalsException(message);
