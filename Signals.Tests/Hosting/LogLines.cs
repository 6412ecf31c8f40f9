using Microsoft.Extensions.Logging;

namespace Signals.Tests.Hosting;

/// <summary>Keeps what is logged: level, event id and text. Any thread.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly List<(LogLevel Level, int Id, string Text)> _lines = [];

    public (LogLevel Level, int Id, string Text)[] OfStores
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines.Where(line => line.Id is >= 1000 and < 1100)];
            }
        }
    }

    /// <summary>The texts with an event id.</summary>
    public string[] Of(int id)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Id == id).Select(line => line.Text)];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, eventId.Id, formatter(state, exception)));
        }
    }

    public void Dispose()
    {
    }
}
