using Signals.Core.Definitions.Json;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>
/// The form of one kind of condition in JSON: the key by which a reader knows it, and how the value of this key is read. Immutable.
/// </summary>
/// <remarks>
/// A kind that names a column is listed in <see cref="PredicateColumn.Forms"/>, and its object has the key <c>column</c>, too. The
/// other kinds are listed in <see cref="Predicate.Forms"/>, and their objects have no other key.
/// </remarks>
/// <param name="Key">The key. No two kinds have the same. Files contain it, so it never changes.</param>
/// <param name="Read">
/// Reads the value of the key. The text is the column's name, or empty for a kind that names no column. It reports what does not fit
/// and then returns <see cref="PredicateReader.Nothing"/>.
/// </param>
internal sealed record PredicateForm(string Key, Func<PredicateReader, string, JsonPlace, Predicate> Read);
