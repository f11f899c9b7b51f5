//! What the API says and takes, as plain values: the command line and the
//! panel read the very same.

mod backups;
mod boxes;
mod certificates;
mod events;
mod findings;
mod jobs;
mod people;
mod recipes;
mod services;
mod updates;
mod words;

pub use backups::{
    BackupsView, ComparedView, DiskView, KitBody, KitView, LastRehearsalView, MeasureView,
    NewTargetBody, RehearsalView, RestoreSnapshotBody, SnapshotView, TargetView,
};
pub use boxes::{BoxView, MemoryView, RoomView};
pub use certificates::{
    AuthorityBody, AuthorityView, CertificateStateView, CertificateTestBody, CertificateTestView,
    CertificateView, IssuerView,
};
pub use events::EventView;
pub use findings::{AboutView, FindingView, WeightView};
pub use jobs::{JobDetail, JobStarted, JobStateView, JobView, LineView, StepStateView, StepView};
pub use people::{
    CodeView, FirstRunBody, Hidden, PasswordBody, SessionStateView, SessionView, SignInBody,
};
pub use recipes::{
    ChoiceView, EgressView, HostCanReadView, MailView, QuestionKindView, QuestionView,
    RecipeDetail, RecipeView, ReleaseView,
};
pub use services::{
    AnswersBody, BuildBody, ContainerView, DomainBody, HealthView, InsideView, InstallBody,
    LogEntry, LogLine, RestoreBody, ScheduledView, SecretsView, ServiceDetail, ServiceView,
    TrashView, VolumeView, WantedView,
};
pub use updates::{MovedView, PreviousView, UpdateBody, UpdateView, WayBackView};
pub use words::{TextShape, TroubleShape};
