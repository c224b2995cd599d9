using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Xunit2.Internals;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2
{
    /// <summary>The base of actor specs: a system for each test, which ends with it.</summary>
    public class TestKit : TestKitBase, IDisposable
    {
        protected readonly ITestOutputHelper Output;
        private bool _disposed;

        public TestKit(ActorSystem system = null, ITestOutputHelper output = null)
            : base(Assertions, system, ActorSystemSetup.Empty, null, null) => Output = Logging(output);

        public TestKit(ActorSystemSetup config, string actorSystemName = null, ITestOutputHelper output = null)
            : base(Assertions, null, config, actorSystemName, null) => Output = Logging(output);

        public TestKit(Config config, string actorSystemName = null, ITestOutputHelper output = null)
            : base(Assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, null) =>
            Output = Logging(output);

        public TestKit(string config, ITestOutputHelper output = null)
            : this(ConfigurationFactory.ParseString(config), null, output)
        {
        }

        public new static Config DefaultConfig => TestKitBase.DefaultConfig;

        protected static XunitAssertions Assertions { get; } = new();

        public void Dispose()
        {
            Dispose(disposing: true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Runs before the system ends.</summary>
        protected virtual void AfterAll()
        {
        }

        protected virtual void Dispose(bool disposing)
        {
            if (!disposing || _disposed)
                return;
            _disposed = true;
            AfterAll();
            Shutdown();
        }

        private ITestOutputHelper Logging(ITestOutputHelper output)
        {
            if (output is null)
                return null;
            var logger = ((ExtendedActorSystem)Sys).SystemActorOf(Props.Create(() => new TestOutputLogger(output)), "log-test-output");
            Sys.EventStream.Subscribe(logger, typeof(LogEvent));
            return output;
        }
    }

    public class XunitAssertions : ITestKitAssertions
    {
        public void Fail(string format = "", params object[] args) => Xunit.Assert.Fail(Text(format, args));

        public void AssertTrue(bool condition, string format = "", params object[] args) => Xunit.Assert.True(condition, Text(format, args));

        public void AssertFalse(bool condition, string format = "", params object[] args) => Xunit.Assert.False(condition, Text(format, args));

        public void AssertEqual<T>(T expected, T actual, string format = "", params object[] args) => Xunit.Assert.Equal(expected, actual);

        private static string Text(string format, object[] args) => args.Length == 0 ? format : string.Format(format, args);
    }
}

namespace Akka.TestKit.Xunit2.Internals
{
    /// <summary>Writes log events to the test's output.</summary>
    public class TestOutputLogger : ReceiveActor
    {
        public TestOutputLogger(ITestOutputHelper output) => Receive<LogEvent>(entry =>
        {
            try
            {
                output.WriteLine(entry.ToString());
            }
            catch (InvalidOperationException)
            {
                // The test is over, and with it its output.
            }
        });
    }
}

namespace Akka.TestKit
{
    public interface ITestKitAssertions
    {
        void Fail(string format = "", params object[] args);

        void AssertTrue(bool condition, string format = "", params object[] args);

        void AssertFalse(bool condition, string format = "", params object[] args);

        void AssertEqual<T>(T expected, T actual, string format = "", params object[] args);
    }
}
