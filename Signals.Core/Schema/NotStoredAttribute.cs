namespace Signals;

/// <summary>Keeps a property of an event out of the store. It has its default value in events that are read.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotStoredAttribute : Attribute;
