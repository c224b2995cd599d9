using System.Text.RegularExpressions;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>Says which log events are meant.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _testkit;

    public EventFilterFactory(TestKitBase testkit) => _testkit = testkit;

    public IEventFilterApplier Exception<TException>(Regex pattern, string source = null)
        where TException : Exception => Exception(typeof(TException), pattern, source);

    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string source = null, bool checkInnerExceptions = false) =>
        Exception(exceptionType, pattern.IsMatch, source, checkInnerExceptions);

    public IEventFilterApplier Exception<TException>(
        string message = null, string start = null, string contains = null, string source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    public IEventFilterApplier Exception(
        Type exceptionType,
        string message = null,
        string start = null,
        string contains = null,
        string source = null,
        bool checkInnerExceptions = false) =>
        Exception(exceptionType, Text(message, start, contains), source, checkInnerExceptions);

    public IEventFilterApplier Error(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    public IEventFilterApplier Warning(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    public IEventFilterApplier Info(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    public IEventFilterApplier Debug(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    public IEventFilterApplier ForLogLevel(
        LogLevel logLevel, string message = null, string start = null, string contains = null, string source = null)
    {
        var text = Text(message, start, contains);
        return Custom(entry => entry.LogLevel() == logLevel && From(entry, source) && text($"{entry.Message}"));
    }

    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => Applier(x => x is LogEvent entry && predicate(entry));

    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent => Applier(x => x is TLogEvent entry && predicate(entry));

    public IEventFilterApplier DeadLetter() => Applier(x => x is DeadLetter);

    public IEventFilterApplier DeadLetter<TMessage>(string source = null) => DeadLetter<TMessage>(_ => true, source);

    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string source = null) =>
        Applier(x => x is DeadLetter { Message: TMessage message } letter
            && isMatch(message)
            && (source is null || letter.Recipient.Path.ToString() == source));

    public IEventFilterApplier DeadLetter(Type type, string source = null) =>
        Applier(x => x is DeadLetter letter && type.IsInstanceOfType(letter.Message)
            && (source is null || letter.Recipient.Path.ToString() == source));

    private static bool From(LogEvent entry, string source) => source is null || entry.LogSource == source;

    private static Predicate<string> Text(string message, string start, string contains) => text =>
        (message is null || text == message)
        && (start is null || text.StartsWith(start, StringComparison.Ordinal))
        && (contains is null || text.Contains(contains, StringComparison.Ordinal));

    private IEventFilterApplier Exception(Type type, Predicate<string> text, string source, bool inner) =>
        Custom<Error>(entry => From(entry, source) && Matches(entry.Cause, $"{entry.Message}", type, text, inner));

    private static bool Matches(Exception cause, string message, Type type, Predicate<string> text, bool inner) => cause is not null
        && ((type.IsInstanceOfType(cause) && (text(message) || text(cause.Message)))
            || (inner && Matches(cause.InnerException, message, type, text, inner)));

    private EventFilterApplier Applier(Predicate<object> matches) => new(_testkit, matches);
}
