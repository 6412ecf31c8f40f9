namespace Signals;

/// <summary>
/// Makes a property of an event an enrichment: a column that is joined on later. The property can be null, which leaves the
/// column absent when the event is appended.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EnrichmentAttribute : Attribute;
